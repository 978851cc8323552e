// Keys, and sources that light up with what leans on them. Pages work without any of it.

const review = document.querySelector("[data-review]");
const dialog = document.getElementById("keys");

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function press(key) {
  const control = document.querySelector(`[data-key="${key}"]`);
  if (!control) return false;
  control.click();
  const section = control.hash ? document.getElementById(control.hash.slice(1)) : null;
  section?.querySelector("textarea, input:not([type=hidden])")?.focus();
  return true;
}

function walk(step) {
  const items = [...document.querySelectorAll("main [data-list] [data-item]")];
  if (!items.length) return false;
  const at = items.indexOf(document.activeElement);
  items[Math.min(items.length - 1, Math.max(0, at + step))].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape" && location.hash && !dialog?.open) {
    document.activeElement?.blur?.();
    location.hash = "#main";
    return;
  }
  if (typing(event.target) || dialog?.open) return;
  if (event.key === "?" && dialog) dialog.showModal();
  else if (review ? press(event.key) : walkKey(event.key)) event.preventDefault();
});

function walkKey(key) {
  if (key === "j") return walk(1);
  if (key === "k") return walk(-1);
  return false;
}

// One decision, one request: a second click while the first is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

function light(numbers, on) {
  for (const number of numbers) {
    for (const node of document.querySelectorAll(`[data-source="${number}"]`)) {
      node.classList.toggle("lit", on);
    }
    for (const node of document.querySelectorAll(`.claim[data-sources~="${number}"]`)) {
      node.classList.toggle("lit", on);
    }
  }
}

if (review) {
  const numbersOf = (target) => {
    const node = target.closest?.("[data-sources], [data-source]");
    if (!node) return [];
    return (node.dataset.sources ?? node.dataset.source).split(" ");
  };
  for (const [begin, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    review.addEventListener(begin, (event) => light(numbersOf(event.target), true));
    review.addEventListener(end, (event) => light(numbersOf(event.target), false));
  }
}

// The exact time on hover, in the reader's own zone beside UTC.
for (const node of document.querySelectorAll("time[datetime]")) {
  const at = new Date(node.dateTime);
  if (Number.isNaN(at.valueOf())) continue;
  const here = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
  node.title = `${here.format(at)} for you, ${node.title}`;
}

// The undo bar counts down; when the time has passed there is nothing to press any more.
const seconds = document.querySelector("[data-undo-seconds]");
if (seconds) {
  let left = Number(seconds.dataset.undoSeconds);
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) {
      seconds.textContent = String(left);
      return;
    }
    clearInterval(timer);
    seconds.closest(".undo").hidden = true;
  }, 1000);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-reload]")) location.reload();
});
