// A form is tried while it is filled in, and a file can be read into a field. Nothing is saved by
// this, and each has a button that does the same without it.

const PAUSE = 500;

for (const form of document.querySelectorAll("form[data-preview]")) {
  let timer;
  let asked = 0;
  async function preview() {
    const mine = ++asked;
    const place = document.getElementById("preview");
    place.classList.add("busy");
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
      });
      if (mine !== asked || answer.redirected || answer.status === 401) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById("preview");
      if (next) place.replaceWith(document.adoptNode(next));
    } catch {
      window.dispatchEvent(new Event("salesagent:gone"));
    } finally {
      place.classList.remove("busy");
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(preview, PAUSE);
  });
}

for (const picker of document.querySelectorAll("input[type=file][data-into]")) {
  picker.closest("[hidden]")?.removeAttribute("hidden");
  picker.addEventListener("change", async () => {
    const [file] = picker.files;
    if (file) document.getElementById(picker.dataset.into).value = await file.text();
  });
}

// What was refused is what the eye should find first.
document.querySelector(".banner.bad[tabindex]")?.focus();
