/* A button that copies a citation, and says so; without script the text stands to be selected. */
(() => {
  const said = document.querySelector(".wp-cite");
  if (!said) return;
  const status = document.createElement("p");
  status.className = "wp-said";
  status.setAttribute("role", "status");
  document.body.append(status);

  let timer = 0;
  const tell = (text) => {
    clearTimeout(timer);
    status.textContent = text;
    timer = setTimeout(() => status.replaceChildren(), 4000);
  };
  const offer = (source, after, name) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "wp-copy", textContent: said.dataset.copy });
    button.setAttribute("aria-label", said.dataset.copy + ": " + name);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        tell(said.dataset.copied);
      } catch {
        getSelection().selectAllChildren(source);
        tell(said.dataset.failed);
      }
    });
    after.append(" ", button);
  };
  for (const source of document.querySelectorAll("[data-copy]:not(.wp-cite)")) {
    const term = source.closest("dd").previousElementSibling;
    offer(source, term, term.textContent);
  }
  for (const row of document.querySelectorAll(".wp-take")) {
    const entry = row.parentElement.querySelector(".wp-entry");
    offer(entry, row, entry.textContent.slice(0, 60));
  }
})();
