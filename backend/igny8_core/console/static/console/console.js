// What plain HTML cannot do: the zone cookie, the theme, the menu, asking before a deletion, and bulk selection.
"use strict";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`igny8_zone=${zone}`)) {
  document.cookie = `igny8_zone=${zone}; path=/; max-age=31536000; samesite=lax`;
}

function themeNext() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("igny8-theme", root.dataset.theme);
}

function menuToggle(button) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  document.getElementById(button.getAttribute("aria-controls")).classList.toggle("open", !isOpen);
}

// A form with data-bulk: its bar shows how many rows are chosen and is there only while some are.
function bulkCount(form) {
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const bar = form.querySelector("[data-bulk-bar]");
  const all = form.querySelector("[data-bulk-all]");
  if (bar) {
    bar.hidden = chosen === 0;
    bar.querySelector("[data-bulk-count]").textContent = String(chosen);
  }
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

function ask(text, onYes) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("#ask-text").textContent = text;
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") onYes(); }, { once: true });
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  if (at("[data-theme-next]")) themeNext();
  else if (at("[data-menu]")) menuToggle(at("[data-menu]"));
  else if (at("[data-dismiss]")) at(".flash").remove();
  else if (at("[data-bulk-none]")) {
    const form = at("form[data-bulk]");
    form.querySelectorAll("input[name=id]").forEach((box) => { box.checked = false; });
    bulkCount(form);
  } else if (at("[data-copy]")) {
    const button = at("[data-copy]");
    navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.copied;
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-bulk-all]")) {
    form.querySelectorAll("input[name=id]").forEach((box) => { box.checked = event.target.checked; });
  }
  bulkCount(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const text = button?.dataset.confirm || form.dataset.confirm;
  if (text && form.dataset.asked !== "yes") {
    event.preventDefault();
    ask(text, () => { form.dataset.asked = "yes"; form.requestSubmit(button); });
    return;
  }
  delete form.dataset.asked;
  if (form.method === "post" && button && !form.hasAttribute("hx-post")) {
    // The button's own value is read after this event; a second click finds it switched off.
    setTimeout(() => { button.disabled = true; });
    setTimeout(() => { button.disabled = false; }, 8000);
  }
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !isTyping) {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
});

// What htmx could not bring is said once; what stood there before stays, and the next success takes the message away.
function notLoaded(isSo) {
  const told = document.querySelector(".flash[data-not-loaded]");
  if (!isSo) told?.remove();
  else if (!told) document.querySelector(".flashes")?.append(document.getElementById("not-loaded").content.cloneNode(true));
}
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => notLoaded(true));
document.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target?.removeAttribute("aria-busy");
  if (event.detail.successful) notLoaded(false);
});

document.querySelectorAll("form[data-bulk]").forEach(bulkCount);
document.addEventListener("htmx:afterSwap", () => document.querySelectorAll("form[data-bulk]").forEach(bulkCount));
