// What somebody has, until when, and how reviews of it ended.
export default {
  title: "My access",
  grant: "{role}: {resource}",
  grantAadGroup: "{role} of the group {resource}",
  grantAadApplication: "{role} in the application {resource}",
  grantSharePointOnline: "{role} of the site {resource}",
  moreGrants: { one: "and {count} more", other: "and {count} more" },
};
