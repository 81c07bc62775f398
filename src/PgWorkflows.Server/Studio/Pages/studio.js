// Puts one of Elsa Studio's elements on the page. Each view is a page of its own: only one element may be alive at a time.
const host = document.getElementById('host');
const { view, id } = document.body.dataset;

// Callbacks return at once: .NET would wait for a promise, and the element would outlive its page.
const go = path => { setTimeout(() => location.assign(path)); };
const editDefinition = definitionId => { go(`/studio/definitions/${encodeURIComponent(definitionId)}`); };
const viewInstance = instanceId => { go(`/studio/instances/${encodeURIComponent(instanceId)}`); };

const views = {
  definitions: ['elsa-workflow-definition-list', {}, { editWorkflowDefinition: editDefinition }],
  definition: ['elsa-workflow-definition-editor', { 'definition-id': id }, {}],
  instances: ['elsa-workflow-instance-list', {}, { viewWorkflowInstance: viewInstance }],
  instance: ['elsa-workflow-instance-viewer', { 'instance-id': id }, { editWorkflowDefinition: editDefinition }],
};

// Run and Save as navigate inside of the full Studio; here that means another page.
const follow = url => {
  const hit = /workflows\/(instances|definitions)\/([^/?#]+)\/(view|edit)/.exec(String(url ?? ''));
  if (!hit) return false;
  (hit[1] === 'instances' ? viewInstance : editDefinition)(decodeURIComponent(hit[2]));
  return true;
};
for (const name of ['pushState', 'replaceState']) {
  const original = history[name].bind(history);
  history[name] = (state, title, url) => { if (!follow(url)) original(state, title, url); };
}
document.addEventListener('click', event => {
  const anchor = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (anchor && follow(anchor.getAttribute('href'))) event.preventDefault();
}, true);

const [tag, attributes, callbacks] = views[view];
const element = document.createElement(tag);

// Studio sends no cookies: whoever is signed in gets a token for this page, which dies with the session's user.
const answer = await fetch('/api/access-token', { method: 'POST', credentials: 'same-origin' });
if (!answer.ok) location.assign('/sign-in');
const { accessToken } = await answer.json();
const endpoint = { 'remote-endpoint': `${location.origin}/elsa/api`, 'access-token': accessToken };
for (const [name, value] of Object.entries({ ...endpoint, ...attributes })) element.setAttribute(name, value);
host.append(element);
await customElements.whenDefined(tag); // What is set before the upgrade is lost.
host.querySelector('.pgw-loading')?.remove();
Object.assign(element, callbacks);
