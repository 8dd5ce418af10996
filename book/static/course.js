// Mends what the theme says wrongly, or not at all, to readers who use a screen reader or the keyboard.
(function () {
  const narrow = new ResizeObserver(function (entries) {
    for (const { target } of entries) setFocusable(target);
  });

  // A box that scrolls must be reachable by keyboard; one that does not would only be a needless stop.
  function setFocusable(box) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }

  function nameButtons() {
    // The visible words "Search Ctrl+K" are the name; the label said less than they do.
    for (const button of document.querySelectorAll(".search-button-field")) button.removeAttribute("aria-label");
    // The same of hidden cells: "Show code cell content" is the name.
    for (const summary of document.querySelectorAll("summary[aria-label]")) summary.removeAttribute("aria-label");
    for (const button of document.querySelectorAll(".theme-switch-button")) {
      silenceIcons(button);
      // The icon font's script replaces the icons at a time of its own, and copies their titles.
      new MutationObserver(() => silenceIcons(button)).observe(button, { childList: true, subtree: true });
    }
  }

  // The icons' own titles contradict the button's label.
  function silenceIcons(button) {
    for (const icon of button.querySelectorAll(".theme-switch")) {
      icon.setAttribute("aria-hidden", "true");
      icon.removeAttribute("title");
      icon.querySelector("title")?.remove();
    }
  }

  // The arrows that open a chapter's sections in the list of pages have no words of their own.
  function nameArrows() {
    for (const summary of document.querySelectorAll(".bd-links summary")) {
      const chapter = summary.closest("li")?.querySelector("a")?.textContent.trim();
      summary.setAttribute("aria-label", `Sections of ${chapter}`);
    }
  }

  function mendRoles() {
    for (const entry of document.querySelectorAll(".citation-list > .citation")) entry.setAttribute("role", "listitem");
  }

  nameButtons();
  nameArrows();
  mendRoles();
  for (const box of document.querySelectorAll(".bd-article pre, .bd-article div.math, .pst-scrollable-table-container"))
    narrow.observe(box);
})();
