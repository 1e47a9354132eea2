export { bybit } from './bybit/index.ts';
export { kalshi } from './kalshi/index.ts';
export { requesty } from './requesty/index.ts';
