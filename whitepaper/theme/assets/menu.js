/* Menu and search by keyboard: state, Escape, and focus that comes back. */
(() => {
  const menu = document.querySelector(".wp-menu"), find = document.querySelector(".wp-search");
  const drawer = document.getElementById("__drawer"), search = document.getElementById("__search");
  const behind = document.querySelectorAll("[data-md-component=skip], .md-header, .md-content, .md-sidebar--secondary, .md-footer");

  const drawn = () => {
    menu.setAttribute("aria-expanded", drawer.checked);
    for (const part of behind) part.inert = drawer.checked;
    if (drawer.checked) document.querySelector(".md-sidebar--primary .md-nav__link[href]").focus();
    else menu.focus();
  };
  menu.setAttribute("role", "button");
  menu.setAttribute("aria-expanded", false);
  menu.addEventListener("click", (e) => {
    e.preventDefault();
    drawer.click();
  });
  drawer.addEventListener("change", drawn);
  matchMedia("(min-width: 76.25em)").addEventListener("change", () => drawer.checked && drawer.click());

  if (find) {
    find.addEventListener("click", () => search.click());
    search.addEventListener("change", () => {
      const active = document.activeElement;
      if (search.checked) document.querySelector(".md-search__input").focus();
      else if (active === document.body || active.closest(".md-search")) find.focus();
    });
  }

  /* Before Material: no single-letter shortcut, and Escape loses no one. */
  addEventListener("keydown", (e) => {
    const field = e.target.closest && e.target.closest("input, select, textarea");
    const button = e.target === menu && e.key === " ";
    if (button) e.preventDefault();
    if (button || (e.key === "Escape" && drawer.checked)) drawer.click();
    if (e.key === "Escape" && find && search.checked) {
      e.stopPropagation();
      search.click();
      find.focus();
    }
    if (e.key.length === 1 && !field) e.stopPropagation();
  }, true);
})();
