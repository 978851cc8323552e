// A server that does not answer is said so, on every page, and so is its return. While it is away
// no form is sent: what was typed stays where it is.

const gone = document.getElementById("gone");
const back = document.getElementById("back");
const EVERY = 15_000;
const AGAIN = 2_000;
let away = false;
let timer;

async function answers() {
  try {
    const answer = await fetch("/health/liveness", {
      cache: "no-store",
      signal: AbortSignal.timeout(5_000),
    });
    return answer.status < 500;
  } catch {
    return false;
  }
}

async function look() {
  if (!document.hidden || away) {
    const well = await answers();
    if (away && well) back.hidden = false;
    if (!well) back.hidden = true;
    away = !well;
    gone.hidden = well;
  }
  timer = setTimeout(look, away ? AGAIN : EVERY);
}

document.addEventListener("submit", (event) => {
  if (!away || event.target.method === "dialog") return;
  event.preventDefault();
  // Nothing was sent: the same form may be sent later.
  event.stopImmediatePropagation();
  gone.scrollIntoView({ block: "nearest" });
}, true);

// What notices earlier that nobody answers (a live page) says so.
window.addEventListener("salesagent:gone", () => {
  if (away) return;
  clearTimeout(timer);
  look();
});

if (gone && back) timer = setTimeout(look, EVERY);
