/* The colours chosen, or the system's, before anything is drawn. */
(() => {
  const options = [...document.querySelectorAll(".md-option")], dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => options.find((option) => option.checked);
  const dress = () => {
    for (const option of options) option.nextElementSibling.hidden = !option.checked;
    document.body.dataset.mdColorScheme = chosen().dataset.scheme || (dark.matches ? "slate" : "default");
  };
  let kept;
  try { kept = __md_get("__palette"); } catch { /* none is kept */ }
  (options[kept?.index] || options[0]).checked = true;
  document.documentElement.className = "js";
  options[0].form.onchange = () => {
    dress();
    __md_set("__palette", { index: options.indexOf(chosen()) });
  };
  dark.onchange = dress;
  dress();
})();
