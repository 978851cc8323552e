// Jarvis: the page's form without reloading, a microphone, and a voice. It works without all of it.

const root = document.querySelector("[data-jarvis]");
const $ = (name) => root.querySelector(`[data-${name}]`);
const form = $("form");
const field = form.elements.text;
const LONGEST = 60_000;
const TAP = 400;
const WORDS = {
  done: "done", answered: "answered", confirm: "asks first", cancelled: "not done",
  not_understood: "not understood", stale: "changed since", not_done: "not done",
};

// ---- what is shown

function line(kind, who, text, outcome) {
  const p = document.createElement("p");
  p.className = kind;
  const speaker = Object.assign(document.createElement("span"), { className: "j-who", textContent: who });
  const said = Object.assign(document.createElement("span"), { dir: "auto", textContent: text });
  p.append(speaker, " ", said);
  if (outcome) {
    p.append(" ", Object.assign(document.createElement("span"), { className: "j-outcome", textContent: outcome }));
  }
  return p;
}

function log(answer) {
  const item = document.createElement("li");
  item.className = answer.outcome;
  if (answer.heard) item.append(line("j-heard", "You", answer.heard));
  item.append(line("j-said", "Jarvis", answer.say, WORDS[answer.outcome]));
  for (const each of answer.results.filter((one) => !one.done)) {
    item.append(line("j-said", "", `Not done: ${each.sentence}`));
  }
  $("log").append(item);
  scroll();
}

function scroll() {
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

function note(text) {
  $("note").textContent = text;
  $("note").hidden = !text;
}

function showDraft(draft) {
  $("draft").hidden = !draft;
  $("empty").hidden = Boolean(draft);
  $("quick").hidden = !draft;
  form.elements.draft_id.value = draft?.id ?? "";
  form.elements.content_hash.value = draft?.content_hash ?? "";
  if (!draft) return;
  for (const name of ["to", "revision", "summary", "subject", "body"]) $(name).textContent = draft[name];
  $("open").href = `/drafts/${encodeURIComponent(draft.id)}`;
}

let closing;
function ask(answer) {
  clearTimeout(closing);
  form.elements.confirm.value = answer?.confirm?.token ?? "";
  $("ask").hidden = !answer?.confirm;
  if (!answer?.confirm) return;
  $("ask-say").textContent = answer.say;
  $("yes").className = answer.command.startsWith("reject") ? "danger" : "primary";
  $("ask").querySelector("[value=no]").focus();
  closing = setTimeout(() => { ask(null); note("A minute has passed: nothing was done."); }, 60_000);
}

let counting;
function offerUndo(undo) {
  clearInterval(counting);
  form.elements.undo.value = undo?.draft_ids.join(",") ?? "";
  $("undo").hidden = !undo;
  if (!undo) return;
  let left = 30;
  const tick = () => {
    $("undo-left").textContent = `${left} s to take it back.`;
    if (left-- <= 0) offerUndo(null);
  };
  tick();
  counting = setInterval(tick, 1000);
}

function waiting(count) {
  $("waiting").textContent = count ? `${count} ${count === 1 ? "draft waits" : "drafts wait"}` : "Nothing waits";
  const badge = document.querySelector(".bar nav .count");
  if (badge) badge.textContent = count || "";
}

function show(answer) {
  note("");
  log(answer);
  showDraft(answer.draft);
  waiting(answer.waiting);
  if (answer.undo || answer.command === "undo") offerUndo(answer.undo);
  ask(answer);
  if (answer.prompt) prompt(answer.prompt);
  speak(answer.say);
}

function prompt(text) {
  field.value = text;
  field.focus();
  field.setSelectionRange(text.length, text.length);
}

// ---- what is asked of the server

let busy = false;
async function post(path, body, headers) {
  if (busy) return false;
  busy = true;
  root.setAttribute("aria-busy", "true");
  note("");
  try {
    const answer = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRF-Token": root.dataset.csrf, ...headers },
      body,
    });
    if (answer.ok) {
      show(await answer.json());
      return true;
    }
    if (answer.status === 401) note("Your session has ended. Load the page again and log in. Nothing was done.");
    else note(await refusal(answer));
  } catch {
    note("The server does not answer. It may or may not have been done: look at the draft before you say it again.");
  } finally {
    busy = false;
    root.removeAttribute("aria-busy");
  }
  return false;
}

async function refusal(answer) {
  try {
    const { detail, problems } = await answer.json();
    const what = (problems ?? []).map((one) => `${one.where} ${one.what}`).join("; ");
    return `Not done: ${detail}${what ? ` (${what})` : ""}`;
  } catch {
    return "Not done: the server failed.";
  }
}

function state() {
  const { draft_id, content_hash, confirm, undo } = form.elements;
  return {
    draft_id: draft_id.value || null,
    content_hash: content_hash.value || null,
    confirm: confirm.value || null,
    undo: undo.value ? undo.value.split(",") : [],
  };
}

async function tell(text) {
  quiet();
  if (!text.trim()) return;
  const body = JSON.stringify({ text, ...state() });
  const typed = field.value;
  if (await post("/api/commands", body, { "Content-Type": "application/json" })) {
    if (field.value === typed && typed.trim() === text.trim()) field.value = "";
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  const button = event.submitter;
  if (button?.dataset.prompt) prompt(button.dataset.prompt);
  else tell(button?.name === "quick" ? button.value : field.value);
});

// ---- the voice

const KEPT = "salesagent.jarvis";
const rate = document.getElementById("j-rate");
const pitch = document.getElementById("j-pitch");
const voiceName = document.getElementById("j-name");
const speaking = $("speak");
const synth = window.speechSynthesis;

function quiet() {
  synth?.cancel();
}

function speak(text) {
  if (!synth || !speaking.checked) return;
  quiet();
  // Some voices stop in the middle of a long text, so it is said sentence by sentence.
  for (const part of text.match(/[^.!?\n]{1,200}[.!?\n]*/g) ?? []) {
    const said = new SpeechSynthesisUtterance(part);
    said.rate = Number(rate.value);
    said.pitch = Number(pitch.value);
    said.voice = synth.getVoices().find((one) => one.voiceURI === voiceName.value) ?? null;
    said.lang = said.voice?.lang ?? document.documentElement.lang;
    synth.speak(said);
  }
}

function keep() {
  for (const input of [rate, pitch]) input.nextElementSibling.value = Number(input.value).toFixed(1);
  try {
    localStorage.setItem(KEPT, JSON.stringify({
      rate: rate.value, pitch: pitch.value, voice: voiceName.value, speak: speaking.checked,
    }));
  } catch {
    // Storage is switched off: the settings last as long as the page.
  }
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

function listVoices() {
  const wanted = voiceName.value || kept().voice || "";
  voiceName.length = 1;
  for (const voice of synth.getVoices()) voiceName.add(new Option(`${voice.name} (${voice.lang})`, voice.voiceURI));
  voiceName.value = wanted;
  if (voiceName.selectedIndex < 0) voiceName.value = "";
}

if (synth) {
  $("voice").hidden = false;
  const before = kept();
  if (before.rate) rate.value = before.rate;
  if (before.pitch) pitch.value = before.pitch;
  speaking.checked = before.speak ?? true;
  listVoices();
  synth.addEventListener?.("voiceschanged", listVoices);
  for (const input of [rate, pitch]) input.nextElementSibling.value = Number(input.value).toFixed(1);
  $("voice").addEventListener("change", () => {
    keep();
    if (!speaking.checked) quiet();
    else speak("This is how I sound.");
  });
  window.addEventListener("pagehide", quiet);
  speak($("summary").textContent);
}

// ---- the microphone

const talk = $("talk");
const label = $("talk-label");
const KINDS = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4", "audio/ogg;codecs=opus"];
let recorder = null;
let pressedAt = 0;
let wanted = false;

function listening(on) {
  talk.setAttribute("aria-pressed", String(on));
  label.textContent = on ? "Listening … let go to send" : "Hold to talk";
}

async function begin() {
  if (recorder || wanted || busy) return;
  // What is being said aloud must not be heard as a command.
  quiet();
  wanted = true;
  pressedAt = performance.now();
  listening(true);
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    wanted = false;
    listening(false);
    note(error.name === "NotAllowedError"
      ? "The browser does not let this page hear you. Type instead, or allow the microphone."
      : "There is no microphone. Type instead.");
    return;
  }
  if (!wanted) {
    // Let go while the browser was still asking.
    for (const track of stream.getTracks()) track.stop();
    listening(false);
    return;
  }
  const type = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  const mine = new MediaRecorder(stream, type ? { mimeType: type } : {});
  const parts = [];
  const limit = setTimeout(end, LONGEST);
  mine.addEventListener("dataavailable", (event) => parts.push(event.data));
  mine.addEventListener("stop", () => {
    clearTimeout(limit);
    for (const track of stream.getTracks()) track.stop();
    recorder = null;
    listening(false);
    sendAudio(new Blob(parts, { type: mine.mimeType }));
  });
  recorder = mine;
  mine.start();
}

function end() {
  wanted = false;
  if (recorder?.state === "recording") recorder.stop();
}

// Held, it listens until it is let go; tapped, until it is tapped again.
function letGo() {
  if (!wanted) return;
  if (performance.now() - pressedAt < TAP) label.textContent = "Listening … press again to send";
  else end();
}

function press() {
  if (wanted || recorder) end();
  else begin();
}

async function sendAudio(blob) {
  if (!blob.size) {
    note("I heard nothing.");
    return;
  }
  const body = new FormData();
  body.append("audio", blob, "said");
  const { undo, ...rest } = state();
  for (const [name, value] of Object.entries(rest)) if (value) body.append(name, value);
  if (undo.length) body.append("undo", undo.join(","));
  const language = navigator.language?.slice(0, 2).toLowerCase();
  if (/^[a-z]{2}$/.test(language ?? "")) body.append("language", language);
  await post("/api/commands/audio", body, {});
}

if (navigator.mediaDevices?.getUserMedia && window.MediaRecorder) {
  talk.hidden = false;
  talk.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    talk.setPointerCapture?.(event.pointerId);
    press();
  });
  talk.addEventListener("pointerup", letGo);
  talk.addEventListener("pointercancel", end);
  talk.addEventListener("contextmenu", (event) => event.preventDefault());
  talk.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) press();
  });
  talk.addEventListener("keyup", (event) => {
    if (event.key === " " || event.key === "Enter") letGo();
  });
  // A press that no pointer and no key made: a screen reader's, a switch's.
  talk.addEventListener("click", (event) => {
    if (event.detail === 0 && performance.now() - pressedAt > TAP) press();
  });
}

scroll();
