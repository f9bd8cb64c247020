import { createRoot } from 'react-dom/client'
import { takeToken } from './api.ts'
import { App } from './app.tsx'
import './style.css'

takeToken()
createRoot(document.getElementById('root')!).render(<App />)
