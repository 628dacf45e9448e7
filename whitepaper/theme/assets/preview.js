/* A citation's reference or a term's meaning, from the page's own lists. */
(() => {
  const named = "a.citation, a.wp-term", on = (kind, heard) => document.addEventListener(kind, heard);
  const link = (e) => !box.contains(e.target) && e.target.closest?.(named);
  const box = document.createElement("span");
  box.id = "wp-preview";
  box.className = "wp-preview";
  box.setAttribute("role", "dialog");
  box.hidden = true;
  box.popover = "manual"; /* above every box of the page */
  const words = document.createElement("span"); /* a labelled box is read by its label alone */
  words.id = "wp-preview-words";
  box.append(words);
  let owner, timer, touched, quiet;

  const place = () => {
    if (!owner) return;
    const at = owner.getClientRects()[0], edge = 8, gap = 2;
    const room = document.documentElement.clientWidth - box.offsetWidth - edge;
    const under = innerHeight - edge - at.bottom - gap, over = at.top - gap - edge;
    box.style.maxHeight = "";
    const below = box.offsetHeight <= under || under >= over;
    box.style.maxHeight = Math.max(96, Math.min(0.6 * innerHeight, below ? under : over)) + "px";
    box.style.left = Math.max(edge, Math.min(at.left, room)) + "px";
    box.style.top = (below ? at.bottom + gap : at.top - gap - box.offsetHeight) + "px";
  };

  const hide = () => {
    clearTimeout(timer);
    if (!owner) return;
    owner.removeAttribute("aria-describedby");
    owner = null;
    box.hidePopover?.();
    box.hidden = true;
  };

  const show = (asked) => {
    clearTimeout(timer);
    if (owner === asked) return;
    const source = document.getElementById(decodeURIComponent(asked.hash).replace(/^#(ref-)?/, "source-"));
    if (!source) return;
    hide();
    owner = asked;
    words.innerHTML = source.innerHTML;
    box.setAttribute("aria-label", source.parentElement.dataset.label);
    asked.after(box);
    box.hidden = false;
    box.showPopover?.();
    asked.setAttribute("aria-describedby", words.id);
    place();
  };

  const later = (what, wait) => {
    clearTimeout(timer);
    timer = setTimeout(what, wait);
  };
  const held = () => owner && (box.matches(":hover, :focus-within") || owner.matches(":hover, :focus"));
  const leave = () => later(() => held() || hide(), 250);

  on("pointerover", (e) => {
    const over = link(e);
    if (over && e.pointerType === "mouse") later(() => show(over), 120);
    else if (box.contains(e.target)) clearTimeout(timer);
  });
  on("pointerout", (e) => { if (link(e) || box.contains(e.target)) leave(); });
  on("pointerdown", (e) => {
    touched = e.pointerType === "touch" && link(e);
    if (owner && !box.contains(e.target) && !owner.contains(e.target)) hide();
  });
  on("focusin", (e) => { if (link(e) && !touched && !quiet) show(link(e)); });
  on("focusout", (e) => { if (link(e) || box.contains(e.target)) leave(); });
  on("click", (e) => {
    if (!link(e) || !touched || owner === link(e)) return;
    e.preventDefault();
    show(link(e));
  });
  on("keydown", (e) => {
    if (e.key !== "Escape" || !owner) return;
    const back = owner, inside = box.contains(document.activeElement);
    hide();
    if (!inside) return;
    quiet = true;
    back.focus();
    quiet = false;
  });
  on("scroll", place);
  addEventListener("resize", place);
})();
