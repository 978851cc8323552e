// What was typed into a form of a draft stays in this tab until it is saved or thrown away.

const review = document.querySelector("[data-draft]");
const notice = document.getElementById("kept");
const draft = review?.dataset.draft;
const place = (form) => `salesagent:${draft}:${form.dataset.keep}`;
const fields = (form) => [...form.querySelectorAll("textarea, input:not([type=hidden])")];

function store(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // No room, or no permission: the page works without.
  }
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

const forms = [...document.querySelectorAll("form[data-keep]")];
const saved = { edited: "edit", again: "again", rejected: "reject" }[review?.dataset.done];

for (const form of forms) {
  if (saved === form.dataset.keep) store(place(form), null);
  const open = form.closest(".act").classList.contains("open");
  const kept = open ? null : read(place(form));
  const differs = kept && fields(form).some((field) => kept[field.name] !== undefined
    && kept[field.name] !== field.value);
  if (differs) {
    for (const field of fields(form)) field.value = kept[field.name] ?? field.value;
    form.closest(".act").classList.add("open");
    notice.hidden = false;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("input", () => {
    const typed = Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
    store(place(form), JSON.stringify(typed));
  });
}

notice?.querySelector("[data-drop-kept]").addEventListener("click", () => {
  for (const form of forms) {
    store(place(form), null);
    form.reset();
    form.closest(".act").classList.remove("open");
  }
  notice.hidden = true;
});
