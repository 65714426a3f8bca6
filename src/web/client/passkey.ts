/** Passkeys (WebAuthn): uncovers the buttons that need them, asks our server for the question, the browser for the answer, and goes on. All else on the page works without. */
const able = typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

interface Said {
  options?: unknown;
  error?: { code: string; message: string };
}

async function post(path: string, body: unknown): Promise<Said> {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const said = (await answer.json()) as Said;
  if (said.error?.code === 'console.prove') location.assign(`/console/prove?back=${encodeURIComponent(location.pathname)}`);
  if (!answer.ok) throw new Error(said.error?.message);
  return said;
}

async function use({ dataset: { passkey: path = '', make, back, sends }, form }: HTMLButtonElement): Promise<void> {
  const { options } = await post(path, Object.fromEntries(form === null ? [] : new FormData(form)));
  const credential = make
    ? await navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON),
      })
    : await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON),
      });
  await post(`${path}/answer`, (credential as PublicKeyCredential).toJSON());
  const other = sends ? document.getElementById(sends) : null;
  if (other instanceof HTMLFormElement) other.submit();
  else location.assign(back || location.href);
}

/** What the browser's own refusals mean. */
const words: Readonly<Record<string, string>> = {
  NotAllowedError: 'No passkey was used: the question was closed, took too long, or there is none for this address.',
  InvalidStateError: 'This device has a passkey here already.',
  SecurityError: 'Passkeys do not work at this address: open it under its own name, by https.',
};

for (const button of able ? document.querySelectorAll<HTMLButtonElement>('button[data-passkey]') : []) {
  const problem = button.nextElementSibling as HTMLElement;
  button.hidden = false;
  button.addEventListener('click', async () => {
    if (button.form !== null && !button.form.reportValidity()) return;
    button.disabled = true;
    problem.hidden = true;
    try {
      await use(button);
    } catch (error) {
      const { name, message } = error as Error;
      problem.textContent = words[name] ?? message;
      problem.hidden = false;
    }
    button.disabled = false;
  });
}
