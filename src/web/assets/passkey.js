// @ts-nocheck: it runs in a browser, whose types this house leaves out.
// Passkeys (WebAuthn): uncovers the buttons that need them, asks our server for the question, the browser for the answer, and goes on. All else on the page works without.
const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;

async function post(path, body) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (said.error?.code === 'console.prove') location.assign(`/console/prove?back=${encodeURIComponent(location.pathname)}`);
  if (!answer.ok) throw new Error(said.error.message);
  return said;
}

async function use({ dataset: { passkey: path, make, back, sends }, form }) {
  const { options } = await post(path, Object.fromEntries(form ? new FormData(form) : []));
  const credential = make
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  await post(`${path}/answer`, credential.toJSON());
  if (sends) document.getElementById(sends).submit();
  else location.assign(back || location.href);
}

/** What the browser's own refusals mean. */
const words = {
  NotAllowedError: 'No passkey was used: the question was closed, took too long, or there is none for this address.',
  InvalidStateError: 'This device has a passkey here already.',
  SecurityError: 'Passkeys do not work at this address: open it under its own name, by https.',
};

for (const button of able ? document.querySelectorAll('button[data-passkey]') : []) {
  const problem = button.nextElementSibling;
  button.hidden = false;
  button.addEventListener('click', async () => {
    if (button.form && !button.form.reportValidity()) return;
    button.disabled = true;
    problem.hidden = true;
    try {
      await use(button);
    } catch (error) {
      problem.textContent = words[error.name] ?? error.message;
      problem.hidden = false;
    }
    button.disabled = false;
  });
}
