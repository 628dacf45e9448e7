/* Browsers may forget the table where rows are cards; HTML may not name these roles. */
const roles = { rowgroup: "thead, tbody", row: "tr", cell: "td", columnheader: "[scope=col]", rowheader: "[scope=row]" };
for (const table of document.querySelectorAll(".wp-table")) setTimeout(() => {
  table.setAttribute("role", "table");
  for (const role in roles) for (const part of table.querySelectorAll(roles[role])) part.setAttribute("role", role);
});
