export default { title: "Reviews" };
