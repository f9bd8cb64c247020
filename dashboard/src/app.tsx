/** The frame: header, routes in the fragment (so that the server needs none), language and theme. */
import { lazy, Suspense, useContext, useEffect, useState } from 'react'
import { firstLanguage, keepLanguage, LanguageContext, useText } from './i18n.ts'
import { JobPage } from './job-page.tsx'
import { JobsPage } from './jobs-page.tsx'
import { Loading } from './ui.tsx'

const SqlPage = lazy(async () => ({ default: (await import('./sql-page.tsx')).SqlPage }))

const read = () => location.hash.replace(/^#\/?/, '').split('/')

function useRoute(): readonly string[] {
  const [route, setRoute] = useState(read)
  useEffect(() => {
    const changed = () => setRoute(read())
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return route
}

function Header({ page, onLanguage }: { page: string; onLanguage: () => void }) {
  const t = useText()
  const language = useContext(LanguageContext)
  const toggle = () => {
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    const now = document.documentElement.dataset.theme ?? (dark ? 'dark' : 'light')
    const next = now === 'dark' ? 'light' : 'dark'
    document.documentElement.dataset.theme = next
    localStorage.setItem('rivulet-theme', next)
  }
  return (
    <header>
      <button type="button" className="skip" onClick={() => document.getElementById('main')?.focus()}>
        {t('Skip to content')}
      </button>
      <strong className="brand">Rivulet</strong>
      <nav>
        <a href="#/" aria-current={page === 'sql' ? undefined : 'page'}>
          {t('Jobs')}
        </a>
        <a href="#/sql" aria-current={page === 'sql' ? 'page' : undefined}>
          {t('SQL')}
        </a>
      </nav>
      <button type="button" onClick={onLanguage} lang={language === 'en' ? 'zh' : 'en'}>
        {language === 'en' ? '中文' : 'English'}
      </button>
      <button type="button" onClick={toggle} aria-label={t('Theme')}>
        ◐
      </button>
    </header>
  )
}

export function App() {
  const [language, setLanguage] = useState(firstLanguage)
  const [page = '', id = '', tab = 'graph'] = useRoute()
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  useEffect(() => {
    const theme = localStorage.getItem('rivulet-theme')
    if (theme !== null) document.documentElement.dataset.theme = theme
  }, [])
  const switchLanguage = () => {
    const next = language === 'en' ? 'zh' : 'en'
    keepLanguage(next)
    setLanguage(next)
  }
  return (
    <LanguageContext value={language}>
      <Header page={page} onLanguage={switchLanguage} />
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<Loading />}>
          {page === 'sql' ? <SqlPage /> : page === 'jobs' && id !== '' ? <JobPage id={id} tab={tab} /> : <JobsPage />}
        </Suspense>
      </main>
    </LanguageContext>
  )
}
