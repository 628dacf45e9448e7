/* Buttons that copy a citation and say so. */
(() => {
  const said = document.querySelector(".wp-cite")?.dataset;
  if (!said) return;
  const status = document.createElement("p");
  status.className = "wp-said";
  status.setAttribute("role", "status");
  document.body.append(status);

  let timer;
  const tell = (text) => {
    clearTimeout(timer);
    status.textContent = text;
    timer = setTimeout(() => status.replaceChildren(), 4000);
  };
  const offer = (source, after, name) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "wp-copy", textContent: said.copy });
    button.setAttribute("aria-label", said.copy + ": " + name);
    button.onclick = async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        tell(said.copied);
      } catch {
        getSelection().selectAllChildren(source);
        tell(said.failed);
      }
    };
    after.append(" ", button);
  };
  for (const source of document.querySelectorAll("[data-copy]:not(.wp-cite)")) {
    const term = source.closest("dd").previousElementSibling;
    offer(source, term, term.textContent);
  }
  const near = new IntersectionObserver((seen) => seen.forEach(({ target, isIntersecting }) => {
    if (!isIntersecting) return;
    near.unobserve(target);
    const entry = target.querySelector(".wp-entry");
    offer(entry, target.querySelector(".wp-take"), entry.textContent.slice(0, 60));
  }), { rootMargin: "999px" });
  for (const row of document.querySelectorAll(".wp-list > li")) near.observe(row);
})();
