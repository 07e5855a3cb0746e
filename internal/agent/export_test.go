package agent

// Ungate lets everything pass the gate, to show that it is the gate that holds.
func Ungate(s *Service) { s.ungated = true }
