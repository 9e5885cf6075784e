import { mount } from 'svelte';
import App from './App.svelte';
import './style.css';
import { route } from './lib/route.svelte';
import { session } from './lib/session.svelte';
import { theme } from './lib/theme.svelte';

theme.start();
route.start();
session.start();
mount(App, { target: document.getElementById('app')! });
