// While a text is edited it is checked as if it were saved; nothing is saved by this.

const PAUSE = 600;

for (const form of document.querySelectorAll("form[data-check]")) {
  const place = form.querySelector("[data-found]");
  let timer;
  let asked = 0;

  async function check() {
    const mine = ++asked;
    const typed = new URLSearchParams(new FormData(form));
    let answer;
    try {
      answer = await fetch(form.dataset.check, {
        method: "POST",
        body: typed,
        headers: { Accept: "application/json" },
      });
    } catch {
      window.dispatchEvent(new Event("salesagent:gone"));
      return;
    }
    if (mine !== asked) return;
    if (answer.redirected || answer.status === 401) {
      say("You are logged out. What you typed is kept here; saving it asks you to log in.", []);
    } else if (answer.ok) {
      const { problems, findings } = await answer.json();
      const rows = [
        ...problems.map((text) => ["block", "Cannot be saved", text]),
        ...findings.filter((one) => one.part !== "inbound")
          .map((one) => [one.severity, one.label, one.quote ? `${one.sentence} “${one.quote}”` : one.sentence]),
      ];
      say(rows.length ? "Found in your text so far" : "Nothing is found in your text", rows);
    }
  }

  function say(title, rows) {
    const heading = document.createElement("h3");
    heading.textContent = title;
    const list = document.createElement("ul");
    list.className = "findings";
    for (const [severity, label, sentence] of rows) {
      const item = document.createElement("li");
      const name = document.createElement("b");
      item.className = severity;
      name.textContent = `${label}: `;
      item.append(name, sentence);
      list.append(item);
    }
    place.replaceChildren(heading, ...(rows.length ? [list] : []));
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  });
}
