package plugin

// SettingKind says how the value of a setting must read.
type SettingKind string

// The kinds. A Switch is true or false, a Span a time such as 30s or 2m.
const (
	Text   SettingKind = "text"
	Number SettingKind = "number"
	Switch SettingKind = "switch"
	Span   SettingKind = "span"
)

// Setting is something that a plugin can be configured with. Its value is a
// variable of the environment or of the file .env; an agent's character may
// have its own, under the same name, among its settings or secrets.
type Setting struct {
	// Name begins with the plugin's own in capitals: HARBOUR_PLACE of the plugin
	// harbour.
	Name        string
	Description string
	Kind        SettingKind // empty: Text
	Default     string
	Required    bool // without a value the server does not start
	Secret      bool // never shown, not even in an error
}
