"""SCIM 2.0 (RFC 7643, 7644) at /scim/v2: how identity providers keep people and groups here."""
