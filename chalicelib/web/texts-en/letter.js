// Words around a mail that is looked at.
export default {
  about: "Mail: {subject}",
  subject: "Subject",
  html: "As most see it",
  text: "Plain text",
  desk: "On a screen",
  phone: "On a phone",
  look: "How to look at it",
  format: "Which part of the mail",
};
