/* Where the style sheet shows rows as cards, some browsers forget the table; HTML's own text may not name these roles. */
const roles = { table: ".wp-table", rowgroup: "thead, tbody", row: "tr", cell: "td", columnheader: "[scope=col]", rowheader: "[scope=row]" };
for (const role in roles) {
  const parts = document.querySelectorAll(role === "table" ? roles[role] : `.wp-table :is(${roles[role]})`);
  for (const part of parts) part.setAttribute("role", role);
}
