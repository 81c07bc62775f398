using System.Net;

namespace PgWorkflows.Systemd.Tests;

/// <summary>The server as a unit of systemd, as <c>pgw service install</c> makes it.</summary>
[Collection(nameof(Booted))]
public sealed class ServiceTests(BootedSystemd systemd)
{
    private const string Unit = "pgw-under-test";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_ready_when_started_serves_stops_cleanly_and_leaves_nothing()
    {
        var (cluster, port) = await InstallAsync("served");

        Assert.Equal("postgres", await ShowAsync("User"));
        Assert.Equal("Protecting 1 resources", await ShowAsync("StatusText"));
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), Token)).StatusCode); // At once: ready means that.
        Assert.Equal("postgres 700\n", await systemd.RunAsync("stat", "-c", "%U %a", "/var/lib/pgworkflows-served"));
        Assert.Matches("Running", await systemd.RunAsync("/opt/pgw/pgw", "service", "status", "--name", Unit));

        await systemd.RunAsync("systemctl", "stop", Unit);
        Assert.Equal(("inactive", "success", "0"), (await ShowAsync("ActiveState"), await ShowAsync("Result"), await ShowAsync("ExecMainStatus")));

        await systemd.RunAsync("/opt/pgw/pgw", "service", "uninstall", "--name", Unit);
        Assert.Equal("not-found", await ShowAsync("LoadState"));
        Assert.Equal("0\n", await systemd.ShellAsync($"ls /etc/systemd/system/{Unit}* /etc/polkit-1/rules.d/*{Unit}* 2>/dev/null | wc -l"));
        Assert.Contains("history.db", await systemd.RunAsync("ls", "/var/lib/pgworkflows-served")); // The history is nobody's to remove.
        _ = cluster;
    }

    [Fact]
    public async Task Its_account_may_start_and_stop_its_resources_units_and_no_others()
    {
        var (cluster, _) = await InstallAsync("allowed");
        try
        {
            var restored = await systemd.TryAsync("runuser", "-u", "postgres", "--", "/opt/pgw/pgw", "restore", "allowed", "--config", cluster.ConfigurationFile);
            Assert.True(restored.ExitCode == 0, restored.Output);
            Assert.Equal("active", await cluster.ShowAsync("ActiveState"));

            var other = await systemd.TryAsync("runuser", "-u", "postgres", "--", "systemctl", "stop", "--no-ask-password", "systemd-journald.service");
            Assert.NotEqual(0, other.ExitCode);
            var disable = await systemd.TryAsync("runuser", "-u", "postgres", "--", "systemctl", "restart", "--no-ask-password", cluster.Unit);
            Assert.NotEqual(0, disable.ExitCode);
        }
        finally
        {
            await systemd.RunAsync("/opt/pgw/pgw", "service", "uninstall", "--name", Unit);
        }
    }

    [Fact]
    public async Task A_server_that_hangs_misses_its_pings_and_is_restarted()
    {
        await InstallAsync("hanging");
        try
        {
            await systemd.WriteAsync($"/etc/systemd/system/{Unit}.service.d/short.conf", "[Service]\nWatchdogSec=2\nRestartSec=0\nTimeoutAbortSec=1\n");
            await systemd.ShellAsync($"systemctl daemon-reload; systemctl restart {Unit}");
            var pid = await ShowAsync("MainPID");
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Token); // More than two limits: pings do come.
            Assert.Equal((pid, "0"), (await ShowAsync("MainPID"), await ShowAsync("NRestarts")));

            await systemd.RunAsync("kill", "-STOP", pid);
            for (var i = 0; i < 300 && await ShowAsync("NRestarts") == "0"; i++)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);

            Assert.Equal("1", await ShowAsync("NRestarts"));
            Assert.Contains("Watchdog timeout", await systemd.RunAsync("journalctl", "-u", Unit, "--no-pager"));
        }
        finally
        {
            await systemd.ShellAsync($"rm -r /etc/systemd/system/{Unit}.service.d; /opt/pgw/pgw service uninstall --name {Unit}");
        }
    }

    [Fact]
    public async Task A_server_that_the_service_has_started_by_pg_ctl_lives_on_when_the_service_stops()
    {
        var cluster = await Cluster.CreateAsync(systemd, "child");
        await cluster.ControlByPgCtlAsync();
        await ListenAsync(cluster);
        await InstallAsync(cluster);
        try
        {
            // As if the service itself did it: in its control group.
            await systemd.ShellAsync($"echo $$ >/sys/fs/cgroup/system.slice/{Unit}.service/cgroup.procs; exec runuser -u postgres -- /opt/pgw/pgw restore child --config {cluster.ConfigurationFile}");
            Assert.Contains($"{Unit}.service", await systemd.ShellAsync($"cat /proc/$(head -1 {cluster.DataDirectory}/postmaster.pid)/cgroup"));

            await systemd.RunAsync("systemctl", "restart", Unit);
            Assert.Equal("1\n", await cluster.SqlAsync("select 1"));
            await systemd.RunAsync("systemctl", "stop", Unit);
            Assert.Equal("1\n", await cluster.SqlAsync("select 1"));
        }
        finally
        {
            await systemd.RunAsync("/opt/pgw/pgw", "service", "uninstall", "--name", Unit);
        }
    }

    [Fact]
    public async Task A_dry_run_shows_all_and_does_nothing_and_a_foreign_unit_is_left_alone()
    {
        var cluster = await Cluster.CreateAsync(systemd, "shown");

        var shown = await systemd.RunAsync("/opt/pgw/pgw", "service", "install", "--dry-run", "--name", "only-shown", "--config", cluster.ConfigurationFile);
        Assert.Contains("would write /etc/systemd/system/only-shown.service", shown);
        Assert.Contains("NoNewPrivileges=yes", shown);
        Assert.Contains($"[\"{cluster.Unit}.service\"]", shown);
        Assert.False((await systemd.TryAsync("ls", "/etc/systemd/system/only-shown.service")).Succeeded);

        await systemd.WriteAsync("/etc/systemd/system/foreign.service", "[Service]\nExecStart=/bin/true\n");
        var refused = await systemd.TryAsync("/opt/pgw/pgw", "service", "install", "--name", "foreign", "--config", cluster.ConfigurationFile);
        Assert.Equal(71, refused.ExitCode);
        Assert.Contains("was not written by pgw", refused.Output);
        Assert.Equal(71, (await systemd.TryAsync("/opt/pgw/pgw", "service", "uninstall", "--name", "foreign")).ExitCode);
    }

    private async Task<(Cluster Cluster, int Port)> InstallAsync(string name)
    {
        var cluster = await Cluster.CreateAsync(systemd, name);
        var port = await ListenAsync(cluster);
        await InstallAsync(cluster);
        return (cluster, port);
    }

    private async Task<int> ListenAsync(Cluster cluster)
    {
        var port = Cluster.FreePort();
        var listen = "{\"Kestrel\":{\"Endpoints\":{\"Http\":{\"Url\":\"http://127.0.0.1:" + port + "\"}}},";
        await systemd.RunAsync("sed", "-i", $"s|^{{|{listen}|", cluster.ConfigurationFile);
        return port;
    }

    private async Task InstallAsync(Cluster cluster)
    {
        var installed = await systemd.TryAsync("/opt/pgw/pgw", "service", "install", "--name", Unit, "--config", cluster.ConfigurationFile);
        Assert.True(installed.ExitCode == 0, installed.Output + await systemd.RunAsync("journalctl", "-u", Unit, "-n", "20", "--no-pager"));
    }

    private async Task<string> ShowAsync(string property) => (await systemd.RunAsync("systemctl", "show", "--value", "-p", property, Unit)).Trim();
}
