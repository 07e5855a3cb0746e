// Package when reads moments: what people write of one ("in 20 minutes",
// "every Monday at 9"), the names of time zones, and cron expressions over the
// clock's jumps.
//
// A text is cut into tokens; at each place the longest piece that speaks of
// time is taken (times from now, dates, times of the day, what repeats, zones);
// the pieces are merged and become one moment or schedule. What speaks of time
// and is in no piece, a piece that cannot be, two pieces that say the same
// thing differently and what can be read in two ways are questions: [Find]
// never guesses. docs/REMINDERS.md tells what is understood.
//
// It is own code because the libraries for Go guess. Over the 445 phrases of
// testdata/phrases.txt (224 moments, 50 schedules, 171 that must be asked
// about), each with "to ..." behind it, in December 2026:
//
//	                               moments          schedules taken   questions answered
//	                               right   wrong    for one moment    with a moment
//	this package                     224       0                 0                    0
//	markusmobius/go-dateparser        75      84                21                   99
//	   (1.4.7, Search)
//	olebedev/when 1.1.0               48     121                27                   97
//	tj/go-naturaldate 1.3.0           57     106                37                  124
//
// None of them reports what it did not understand or knows schedules. Given the
// phrase alone, dateparser's Parse is right for 46, wrong for 15, and still
// answers 45 of the questions. The table was written with this package, so its
// own row shows only that it keeps to it.
package when
