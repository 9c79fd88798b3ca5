// Words around a mail that is looked at.
export default {
  about: "Mail: {subject}",
  subject: "Subject",
  text: "Plain text",
  desk: "On a screen",
  phone: "On a phone",
  words: "The mail",
  look: "How to look at it",
};
