/* Narrows a register by its facets. */
for (const head of document.querySelectorAll(".wp-facets")) {
  const records = [...head.parentElement.querySelectorAll(".wp-record")];
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const choices = [];
  for (const { name, value } of [...head.attributes].filter((a) => a.name.startsWith("data-facet-"))) {
    const facet = name.slice(11);
    const label = document.createElement("label");
    const select = document.createElement("select");
    select.add(new Option(head.dataset.all, ""));
    for (const option of new Set(records.map((r) => r.dataset[facet]))) select.add(new Option(option, option));
    label.append(value + " ", select);
    head.append(label);
    choices.push([facet, select]);
  }
  const narrow = () => {
    let shown = 0;
    for (const record of records) {
      record.hidden = choices.some(([facet, select]) => select.value && select.value !== record.dataset[facet]);
      shown += !record.hidden;
    }
    status.textContent = head.dataset.shown.replace("{n}", shown).replace("{all}", records.length);
  };
  head.append(status);
  head.addEventListener("change", narrow);
  head.hidden = false;
  narrow();
  addEventListener("hashchange", () => {
    const target = document.querySelector(":target");
    if (!target?.closest(".wp-record[hidden]")) return;
    for (const [, select] of choices) select.value = "";
    narrow();
    target.scrollIntoView();
  });
}
