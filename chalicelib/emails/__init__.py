"""The mails: their words (`asking`, `telling`), their look (`templates`), the calendar entry (`calendar`)."""
