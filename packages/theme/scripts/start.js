// Pages work without this file; with it the components of the theme come alive.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
