// Adding a passkey and signing in with one. The markup says where to ask and in which words to fail.
const supported = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON

async function post (url, token, body) {
  const answer = await fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'X-CSRFToken': token, 'Content-Type': 'application/json' },
    body: JSON.stringify(body)
  })
  const data = await answer.json()
  if (!answer.ok) throw new Error(data.error)
  return data
}

async function signIn (options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return (await navigator.credentials.get({ publicKey })).toJSON()
}

async function register (options, block) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const credential = (await navigator.credentials.create({ publicKey })).toJSON()
  return { credential, name: block.querySelector('[data-passkey-name]').value }
}

for (const block of document.querySelectorAll('[data-passkey]')) {
  const start = block.querySelector('[data-passkey-start]')
  const error = block.querySelector('[data-passkey-error]')
  if (!supported) continue
  start.hidden = false
  block.querySelector('[data-passkey-unsupported]').hidden = true
  start.addEventListener('click', async () => {
    error.hidden = true
    start.disabled = true
    const token = block.querySelector('[name=csrfmiddlewaretoken]').value
    try {
      const options = await post(block.dataset.options, token, {})
      const answer = block.dataset.passkey === 'register' ? await register(options, block) : await signIn(options)
      window.location.assign((await post(block.dataset.finish, token, answer)).next)
    } catch (problem) {
      error.textContent = problem instanceof DOMException ? block.dataset.cancelled : (problem.message || block.dataset.failed)
      error.hidden = false
      start.disabled = false
    }
  })
}
