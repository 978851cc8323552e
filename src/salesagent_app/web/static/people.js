// The code of an invitation stands in the link's fragment, which no server is told: it goes into
// the form, and out of the address bar and the history.
const field = document.getElementById("token");
const code = location.hash.slice(1);
if (field && code) {
  field.value = code;
  field.closest("[data-from-link]").hidden = true;
  history.replaceState(null, "", location.pathname);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const lines = source.children.length ? [...source.children] : [source];
    await navigator.clipboard.writeText(lines.map((line) => line.textContent.trim()).join("\n"));
    button.textContent = "Copied";
  });
}
