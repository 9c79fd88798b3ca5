// The first page, until the reviews are here.
export default { title: "Reviews" };
