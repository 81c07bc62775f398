// Keeps the page as the server sees it: asks for what is inside <main> every few seconds and says so when no answer comes.
'use strict';
const main = document.querySelector('main[data-live]');
if (main) {
    const lost = document.getElementById('lost');
    const lostSince = document.getElementById('lost-since');
    const pause = Number(main.dataset.live);
    let shown = null;
    let seen = new Date();

    const ask = async () => {
        const answer = await fetch(location.href, { headers: { 'X-Live': '1' }, cache: 'no-store', signal: AbortSignal.timeout(10000) });
        if (answer.status === 401) {
            location.reload();
            return;
        }
        if (!answer.ok)
            throw new Error(answer.statusText);
        const html = await answer.text();
        seen = new Date();
        lost.hidden = true;
        if (html === shown)
            return;
        shown = html;
        const focused = main.contains(document.activeElement) ? document.activeElement.id : '';
        main.innerHTML = html;
        if (focused)
            document.getElementById(focused)?.focus();
    };

    const turn = async () => {
        const isReading = !getSelection().isCollapsed;
        if (!document.hidden && !isReading) {
            try {
                await ask();
            } catch {
                lostSince.textContent = seen.toLocaleTimeString();
                lost.hidden = false;
            }
        }
        setTimeout(turn, pause);
    };
    setTimeout(turn, pause);
    document.addEventListener('visibilitychange', () => { if (!document.hidden) ask().catch(() => { lost.hidden = false; }); });
}
