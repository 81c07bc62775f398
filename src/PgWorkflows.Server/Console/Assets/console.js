// Keeps the page as the server sees it: the server says when something has changed, then what is inside <main> is asked for.
// Where it cannot say so, the page asks by itself now and then; and it says so when no answer comes.
'use strict';
const main = document.querySelector('main[data-live]');
if (main) {
    const lost = document.getElementById('lost');
    const lostSince = document.getElementById('lost-since');
    const pause = Number(main.dataset.live);
    const longPause = 10 * pause; // While the server speaks by itself, only the passing of time is to be shown.
    let shown = null;
    let seen = new Date();
    let source = null;
    let asking = false;
    let again = false;
    let asked = 0;

    const isBusy = () => document.hidden || !getSelection().isCollapsed
        || (main.contains(document.activeElement) && ['INPUT', 'SELECT'].includes(document.activeElement.tagName));

    const show = html => {
        if (html === shown)
            return;
        shown = html;
        const focused = main.contains(document.activeElement) ? document.activeElement.id : '';
        const canvas = main.querySelector('.canvas')?.scrollLeft ?? 0;
        main.innerHTML = html;
        if (focused)
            document.getElementById(focused)?.focus();
        if (canvas)
            main.querySelector('.canvas').scrollLeft = canvas;
    };

    const ask = async () => {
        if (asking) {
            again = true;
            return;
        }
        asking = true;
        asked = Date.now();
        try {
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
            if (!isBusy())
                show(html);
        } catch {
            lostSince.textContent = seen.toLocaleTimeString();
            lost.hidden = false;
        } finally {
            asking = false;
            if (again) {
                again = false;
                setTimeout(ask, 250);
            }
        }
    };

    const listen = () => {
        source?.close();
        source = document.hidden ? null : new EventSource('/changes');
        if (source) {
            source.onmessage = ask;
            source.onerror = ask; // It listens again by itself; whether the server is gone is found out by asking.
        }
    };

    setInterval(() => {
        const isTold = source?.readyState === EventSource.OPEN;
        if (!document.hidden && Date.now() - asked >= (isTold ? longPause : pause))
            ask();
    }, pause / 2);
    document.addEventListener('visibilitychange', listen);
    listen();
}
