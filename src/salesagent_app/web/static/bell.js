// How many notices nobody has seen, asked for now and then while somebody looks.

const bell = document.querySelector(".bell");
const number = bell?.querySelector("[data-notices]");
const EVERY = 20_000;

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch("/notices/count", { cache: "no-store" });
      if (answer.ok && !answer.redirected) {
        const { waiting } = await answer.json();
        number.textContent = waiting || "";
        bell.classList.toggle("rings", waiting > 0);
      }
    } catch {
      // What says that the server is gone is another module's.
    }
  }
  setTimeout(look, EVERY);
}

if (number) setTimeout(look, EVERY);
