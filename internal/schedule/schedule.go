// Package schedule says when a source is due, and starts what is due at a pace
// that neither this machine nor anybody else's will notice.
//
// # Expressions
//
// [Parse] reads one line of text into a [Spec]:
//
//	*/20 6-22 * * *               five fields: minute hour day-of-month month day-of-week
//	@hourly @daily @weekly …      the usual names for such expressions
//	@every 90m                    an interval of whole seconds, at least one
//	CRON_TZ=Europe/Berlin 0 6 * * *   a time zone in front; TZ= means the same
//	auto                          an interval that follows the source
//
// The syntax is that of github.com/robfig/cron; its parser reads the fields and
// its calculator walks the calendar. The library never sees a time zone: it
// computes on the bare calendar, in UTC, and this package decides which instant
// a local time is. So no clock change can confuse it.
//
// # Instants
//
// [Spec.Next] is a pure function of the expression, a time and the key of the
// source. Nothing is remembered, so a restart changes nothing, and the same
// source is due at the same times on every machine.
//
// Sources that share an expression do not fire together. "@every D" fires at
// k·D + phase, counted from 1970-01-01 UTC, with the phase in [0, D) taken from
// a hash of the key. A cron expression fires at its time plus an offset, also
// from the key, below one minute and below a tenth of the way to the following
// firing. All firings are whole milliseconds, so that one which is stored as
// such compares equal to itself.
//
// # Clock changes
//
// A schedule that names hours happens at every local time once a day:
//
//   - A time that the clock skips fires at the instant the clock changes (02:30
//     at 03:00). When the gap reaches over midnight, times of the day that ends
//     fire in the last minute before it, so that no day goes without and none
//     gets two. Times of a day that does not exist at all do not happen. Several
//     times in one gap are one firing.
//   - A time that happens twice fires the first time.
//
// A schedule that fires in every hour (the hour field covers all 24) is an
// interval, as in Vixie cron: it fires whenever the clock shows a matching
// time, so that a shift of whole hours does not disturb its rhythm. Where the
// clock shifts by less (Lord Howe: 30 minutes) it fires at the change as well,
// so that no pause is longer than usual.
//
// # The rhythm of a source
//
// [Rhythm] tells from the times at which entries appeared how often to ask, and
// [Spec.With] makes the interval of "auto" of it, between the bounds of [Auto]:
// a step of 1, 1½, 2, 3, 4, 6, 8, … hours, which fires in its phase like
// "@every". After a disturbance, or when the interval has changed, the source
// gets back into its phase with the next request, never much below the least
// interval.
//
// # The runner
//
// [Runner] keeps the due times of all sources and starts a job for each, within
// [Limits]. It asks for the wall clock through a function and measures its own
// pace with timers, so that a clock that jumps can delay or hasten what is due,
// but never how much starts in a second.
//
// [Runner.Hold] and [Runner.Space] keep a group of tasks, mostly a host, as far
// away as its server asked; [Limited] and [SpacingOf] say how far that is.
// [Runner.Stall] moves a job that waits for a silent server into a slow lane, so
// that it delays no other.
package schedule
