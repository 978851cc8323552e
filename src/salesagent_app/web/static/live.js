// What runs do, as it happens: over server-sent events, else by asking again every few seconds.
// In a list the lights change in place; new rows announce themselves and wait.

const live = document.querySelector("[data-live]");
const words = live?.querySelector("[data-live-words]");
const POLL = 4_000;
let known = null;
let loading = false;

function say(text, on) {
  live.classList.toggle("on", on);
  words.textContent = text;
}

async function load() {
  if (loading) return;
  loading = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.redirected) {
      say("You are logged out: load the page again.", false);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (live.dataset.liveMode === "part") part(page);
    else list(page);
  } catch {
    window.dispatchEvent(new Event("salesagent:gone"));
  } finally {
    loading = false;
  }
}

function part(page) {
  const now = document.getElementById("live");
  const next = page.getElementById("live");
  // Whoever is typing into it keeps it.
  if (!next || now.contains(document.activeElement)) return;
  now.replaceWith(document.adoptNode(next));
}

function list(page) {
  const here = new Map([...document.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
  let fresh = 0;
  for (const row of page.querySelectorAll("[data-row]")) {
    const mine = here.get(row.dataset.row);
    if (!mine) fresh += 1;
    else if (!mine.contains(document.activeElement)) mine.replaceWith(document.adoptNode(row));
  }
  const news = document.getElementById("news");
  news.hidden = fresh === 0;
  news.querySelector("[data-news]").textContent = fresh === 1 ? "1 new run." : `${fresh} new runs.`;
}

function hear(mark) {
  // The first mark, too: much may have happened between the page and the line to here.
  if (known !== mark) load();
  known = mark;
}

if (live) {
  const source = new EventSource(live.dataset.live);
  let failures = 0;
  let poll;
  source.addEventListener("state", (event) => {
    failures = 0;
    clearInterval(poll);
    poll = undefined;
    say("Live: changes show by themselves.", true);
    hear(event.data);
  });
  source.addEventListener("error", () => {
    failures += 1;
    // A stream ends by itself every now and then; the browser comes back after a second.
    if (failures < 2 && source.readyState !== EventSource.CLOSED) return;
    say("Not live just now. Trying again.", false);
    window.dispatchEvent(new Event("salesagent:gone"));
    poll ??= setInterval(load, POLL);
  });
  window.addEventListener("pagehide", () => source.close());
}
