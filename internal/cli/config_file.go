package cli

// ConfigFile returns the config file of this run, which need not exist; empty where the user has no folder for such.
func (c *Common) ConfigFile() string {
	if c.Config != "" {
		return c.Config
	}
	return defaultConfigFile()
}
