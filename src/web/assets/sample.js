// @ts-nocheck: it runs in a browser, whose types this house leaves out.
// Shows a look while it is chosen: after a pause in the typing the frames and what is said of the colours come anew from the server.
// Without it the button Preview does the same.
(() => {
  const form = document.getElementById('brand');
  const frames = [...document.querySelectorAll('iframe[data-sample]')].map((frame) => ({ frame, address: new URL(frame.src) }));
  let timer;
  let asked = 0;

  function texts() {
    const sent = new FormData(form);
    const names = ['accent', 'accentDark', 'ink', 'inkDark', 'fonts', 'logo'];
    const chosen = Object.fromEntries(names.map((name) => [name, sent.get(name) ?? '']));
    return sent.get('without') === 'logo' ? { ...chosen, logo: '' } : chosen;
  }

  async function renew() {
    asked += 1;
    const mine = asked;
    for (const { frame, address } of frames) {
      const query = new URLSearchParams({ ...Object.fromEntries(address.searchParams), ...texts() });
      frame.contentWindow.location.replace(`${address.pathname}?${query}`);
    }
    const query = new URLSearchParams({ publication: frames[0].address.searchParams.get('publication'), ...texts() });
    const answer = await fetch(`${frames[0].address.pathname.replace(/sample$/, 'said')}?${query}`).catch(() => undefined);
    if (!answer?.ok || mine !== asked) return;
    for (const [key, { colour, said }] of Object.entries(await answer.json())) {
      const line = form.querySelector(`[data-said="${key}"]`);
      if (line === null) continue;
      line.textContent = said;
      line.previousElementSibling.firstElementChild.setAttribute('fill', colour);
    }
  }

  form.addEventListener('input', ({ target }) => {
    if (target.type === 'file') return;
    clearTimeout(timer);
    timer = setTimeout(renew, 300);
  });
})();
