/* Where the style sheet shows rows as cards, some browsers forget the table; HTML's own text may not name these roles. */
for (const table of document.querySelectorAll(".wp-table")) {
  const say = (parts, role) => table.querySelectorAll(parts).forEach((part) => part.setAttribute("role", role));
  table.setAttribute("role", "table");
  say("thead, tbody", "rowgroup");
  say("tr", "row");
  say("td", "cell");
  say("[scope=col]", "columnheader");
  say("[scope=row]", "rowheader");
}
