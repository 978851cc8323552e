// How many drafts are chosen, all of a page at once, and x to choose the one in focus.

const form = document.getElementById("bulk");
const boxes = [...(form?.querySelectorAll("[name=pick]") ?? [])];
const bar = form?.querySelector(".picked");

function count() {
  const chosen = boxes.filter((box) => box.checked).length;
  bar.classList.toggle("any", chosen > 0);
  bar.querySelector("[data-many]").textContent = chosen ? `${chosen} chosen:` : "None chosen yet";
  for (const button of bar.querySelectorAll("button")) button.disabled = chosen === 0;
  all.checked = chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

const all = document.createElement("input");
if (bar) {
  const label = document.createElement("label");
  label.className = "all";
  all.type = "checkbox";
  label.append(all, " All on this page");
  bar.prepend(label);
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  form.addEventListener("change", count);
  window.addEventListener("pageshow", count);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.activeElement?.closest("li.picking")?.querySelector("[name=pick]");
    if (!box || document.activeElement === box) return;
    box.checked = !box.checked;
    count();
  });
  count();
}
