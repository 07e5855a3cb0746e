package agent

// Ungate lets everything pass the gate, to show that it is the gate that holds.
func Ungate(s *Service) { s.ungated = true }

// Fit compares arguments with a schema, see fit.
var Fit = fit

// Ends bounds a text, see ends.
var Ends = ends
