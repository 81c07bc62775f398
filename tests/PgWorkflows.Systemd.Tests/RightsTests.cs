namespace PgWorkflows.Systemd.Tests;

/// <summary>Without the right to ask or to tell systemd nothing is mistaken for a server that is down.</summary>
[Collection(nameof(Booted))]
public sealed class RightsTests(BootedSystemd systemd)
{
    [Fact]
    public async Task Whoever_may_only_look_sees_the_status_and_is_refused_the_rest()
    {
        var cluster = await RunningAsync("looking");

        var check = await AsNobodyAsync("looking", "quickCheck");
        var removed = await AsNobodyAsync("looking", "remove");

        Assert.Contains("\"outcome\": \"Running\"", check);
        Assert.Contains("113007", removed);
        Assert.Matches("Interactive authentication required|Access denied", removed);
        Assert.Equal("active", await cluster.ShowAsync("ActiveState"));
    }

    [Fact]
    public async Task Without_a_bus_there_is_no_status()
    {
        var cluster = await RunningAsync("busless");
        await systemd.ShellAsync("systemctl stop dbus.socket dbus.service");
        try
        {
            var check = await AsNobodyAsync("busless", "quickCheck");

            Assert.Contains("\"outcome\": \"NoValue\"", check);
            Assert.Contains("Failed to connect to bus", check);
            Assert.DoesNotContain("is stopped", check);
        }
        finally
        {
            await systemd.ShellAsync("systemctl start dbus.socket dbus.service");
        }

        Assert.Equal("active", await cluster.ShowAsync("ActiveState"));
    }

    private async Task<Cluster> RunningAsync(string name)
    {
        var cluster = await Cluster.CreateAsync(systemd, name);
        Assert.Equal("Succeeded", (await cluster.PgwAsync("restore")).Result);
        // Another user needs a history of its own, and to see into the data directory's PG_VERSION.
        await systemd.ShellAsync($"install -d -o nobody /var/lib/pgw-nobody; chmod o+rx /var/lib/postgresql/*/{name}; sed -i 's|\"name\":|\"binDirectory\":\"/usr/lib/postgresql/{Cluster.Version}/bin\",\"name\":|' {cluster.ConfigurationFile}");
        return cluster;
    }

    private async Task<string> AsNobodyAsync(string name, string action)
    {
        var result = await systemd.TryAsync("runuser", "-u", "nobody", "--", "/opt/pgw/pgw", action, name, "--json", "--config", $"/etc/pgworkflows/{name}.json", "--data", "/var/lib/pgw-nobody");
        Assert.True(result.ExitCode is < 64, result.Output);
        return result.Stdout;
    }
}
