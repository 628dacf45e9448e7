/* A citation's reference or a term's meaning on hover, focus or tap, from the page's own lists. */
(() => {
  const links = document.querySelectorAll("a.citation, a.wp-term");
  if (!links.length) return;
  const box = document.createElement("span");
  box.id = "wp-preview";
  box.className = "wp-preview";
  box.setAttribute("role", "dialog");
  box.hidden = true;
  const words = document.createElement("span"); /* not the box, whose label would be all that is read out */
  words.id = "wp-preview-words";
  box.append(words);
  let owner = null, timer = 0, touched = false, quiet = false;

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
    box.hidden = true;
  };

  const show = (link) => {
    clearTimeout(timer);
    if (owner === link) return;
    const source = document.getElementById(decodeURIComponent(link.hash).replace(/^#(ref-)?/, "source-"));
    if (!source) return;
    hide();
    owner = link;
    words.innerHTML = source.innerHTML;
    box.setAttribute("aria-label", source.parentElement.dataset.label);
    link.after(box);
    box.hidden = false;
    link.setAttribute("aria-describedby", words.id);
    place();
  };

  const later = (what, wait) => {
    clearTimeout(timer);
    timer = setTimeout(what, wait);
  };
  const held = () => owner && (box.matches(":hover, :focus-within") || owner.matches(":hover, :focus"));
  const leave = () => later(() => held() || hide(), 250);

  for (const link of links) {
    link.addEventListener("pointerenter", (e) => e.pointerType === "mouse" && later(() => show(link), 120));
    link.addEventListener("pointerleave", leave);
    link.addEventListener("pointerdown", (e) => { touched = e.pointerType === "touch"; });
    link.addEventListener("focus", () => { if (!touched && !quiet) show(link); });
    link.addEventListener("blur", leave);
    link.addEventListener("click", (e) => {
      if (!touched || owner === link) return;
      e.preventDefault();
      show(link);
    });
  }
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", leave);
  box.addEventListener("focusout", leave);
  document.addEventListener("pointerdown", (e) => {
    if (owner && !box.contains(e.target) && !owner.contains(e.target)) hide();
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !owner) return;
    const link = owner, inside = box.contains(document.activeElement);
    hide();
    if (!inside) return;
    quiet = true;
    link.focus();
    quiet = false;
  });
  addEventListener("scroll", place, { passive: true });
  addEventListener("resize", place);
})();
