namespace PgWorkflows.Systemd.Tests;

/// <summary>What the unit of the service takes away is not missed: the actions run inside of exactly its sandbox.</summary>
[Collection(nameof(Booted))]
public sealed class SandboxTests(BootedSystemd systemd)
{
    [Theory]
    [InlineData("boxeda", "systemd", "postgres")]
    [InlineData("boxedb", "systemd", "root")]
    [InlineData("boxedc", "pg_ctl", "postgres")]
    [InlineData("boxedd", "pg_ctl", "root")]
    public async Task Actions_run_with_no_more_rights_than_the_service_has(string name, string control, string account)
    {
        var cluster = await Cluster.CreateAsync(systemd, name);
        if (control == "pg_ctl")
            await cluster.ControlByPgCtlAsync();
        var shown = await systemd.RunAsync("/opt/pgw/pgw", "service", "install", "--dry-run", "--user", account, "--config", cluster.ConfigurationFile);
        if (control == "systemd" && account != "root")
        {
            var rule = shown.Split("would write ")[2].Split('\n').Skip(1).TakeWhile(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line[4..]);
            await systemd.WriteAsync($"/etc/polkit-1/rules.d/50-{name}.rules", string.Join('\n', rule));
        }

        // Everything of the service's section from the rights on, for one command instead of the server.
        var box = shown.Split('\n').Select(line => line.Trim()).SkipWhile(line => !line.StartsWith("KillMode=", StringComparison.Ordinal))
            .TakeWhile(line => line != "[Install]").Where(line => line.Contains('=')).Append($"User={account}").Append("UMask=0077").ToList();
        Assert.True(box.Count > 20, shown);
        foreach (var action in new[] { "restore", "deepCheck", "recover", "deepCheck", "remove", "restore" })
        {
            var ran = await systemd.TryAsync("systemd-run",
                ["--wait", "--pipe", "--collect", "--quiet", .. box.SelectMany(line => new[] { "-p", line }), "/opt/pgw/pgw", action, name, "--config", cluster.ConfigurationFile]);
            Assert.True(ran.ExitCode == 0, $"{action}: {ran.Output}");
        }

        Assert.Equal("1\n", await cluster.SqlAsync("select 1"));
    }
}
