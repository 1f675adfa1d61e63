// Chosen before the first paint: a page never flashes in the other theme.
(() => {
  document.documentElement.classList.add("js");
  const chosen = localStorage.getItem("igny8-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
