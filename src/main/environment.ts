/** The environment as main hands it down: nobody else reads `process.env`. */
import { hasRedisServer } from '../queue/private-redis.ts';

export type Environment = Record<string, string | undefined>;

/**
 * The settings of the demo: its own folder, the catcher and a private Redis, whatever is set. Only where no Redis can be started does REDIS_URL count,
 * with a database of its own there, so that a service on the same Redis is not disturbed.
 */
export function demoEnvironment(env: Environment): Environment {
  const kept = Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(SMTP|DKIM|INBOUND)_|^(SECRET_KEY|REDIS_URL|RATE_PER_SECOND|RATE_BY_DOMAIN|BOUNCE_DOMAIN)$/.test(name),
    ),
  );
  const redis = env['REDIS_URL'];
  if (redis === undefined || hasRedisServer(env['PATH'] ?? '')) return { ...kept, DATA_DIR: './demo' };
  return { ...kept, DATA_DIR: './demo', REDIS_URL: redis.replace(/\/\d*$|(?<![:/])$/, '/15') };
}
