using System.Text.Json;

namespace PgWorkflows.Systemd.Tests;

/// <summary>What doctor sees of real units, and what resources add makes of them.</summary>
[Collection(nameof(Booted))]
public sealed class DoctorTests(BootedSystemd systemd)
{
    [Fact]
    public async Task A_cluster_is_found_added_by_its_unit_found_sound_and_checked()
    {
        var cluster = await Cluster.CreateAsync(systemd, "found");
        await systemd.RunAsync("systemctl", "start", cluster.Unit);
        const string File = "/etc/pgworkflows/added.json";

        var added = await systemd.TryAsync("/opt/pgw/pgw", "resources", "add", cluster.DataDirectory, "--yes", "--config", File, "--data", "/var/lib/pgw-added");
        Assert.True(added.ExitCode == 0, added.Output);
        var entry = JsonSerializer.Deserialize<JsonElement>(await systemd.RunAsync("cat", File)).GetProperty("PgWorkflows").GetProperty("Resources")[0];
        Assert.Equal(("systemd", cluster.Unit, cluster.Port, "postmasterPid", "ISP"), (Of("serviceControl"), Of("service"), entry.GetProperty("port").GetInt32(), Of("portSource"), Of("initialState")));
        Assert.Equal("guarded", Of("profile"));

        var diagnoses = await DoctorAsync(File, "/var/lib/pgw-added");
        Assert.DoesNotContain(diagnoses, diagnosis => diagnosis.Verdict == "Bad");
        Assert.Contains(diagnoses, diagnosis => diagnosis.Subject == "found: data directory" && diagnosis.Finding.Contains("runs the server of", StringComparison.Ordinal));
        Assert.Contains(diagnoses, diagnosis => diagnosis.Subject == "events" && diagnosis.Finding == "go to journal");
        var check = await systemd.TryAsync("/opt/pgw/pgw", "deepCheck", "found", "--config", File, "--data", "/var/lib/pgw-added");
        Assert.True(check.ExitCode == 0, check.Output);

        string? Of(string setting) => entry.GetProperty(setting).GetString();
    }

    [Fact]
    public async Task Debians_umbrella_is_not_taken_for_a_server()
    {
        var cluster = await Cluster.CreateAsync(systemd, "umbrella");
        await systemd.ShellAsync($"systemctl start postgresql.service {cluster.Unit}");
        await cluster.ProtectAsync("postgresql");

        var unit = Assert.Single(await DoctorAsync(cluster.ConfigurationFile), diagnosis => diagnosis.Subject == "umbrella: unit");

        Assert.Equal("Bad", unit.Verdict);
        Assert.Contains("has no process of its own", unit.Finding);
        Assert.Contains(cluster.Unit, unit.Cure);
    }

    [Fact]
    public async Task The_wrong_unit_a_masked_one_none_and_one_that_restarts_itself_are_told_with_their_cures()
    {
        var right = await Cluster.CreateAsync(systemd, "right");
        var other = await Cluster.CreateAsync(systemd, "other");

        await right.ProtectAsync(other.Unit);
        Assert.Contains(await DoctorAsync(right.ConfigurationFile), diagnosis =>
            diagnosis is { Verdict: "Bad", Subject: "right: data directory" } && diagnosis.Cure!.Contains(other.DataDirectory, StringComparison.Ordinal));
        await right.ProtectAsync("no-such");
        Assert.Contains(await DoctorAsync(right.ConfigurationFile), diagnosis => diagnosis is { Verdict: "Bad", Finding: "systemd has no no-such.service" });
        await systemd.RunAsync("systemctl", "mask", "--runtime", other.Unit);
        await other.ProtectAsync(other.Unit);
        Assert.Contains(await DoctorAsync(other.ConfigurationFile), diagnosis => diagnosis is { Verdict: "Bad" } && diagnosis.Cure == $"systemctl unmask {other.Unit}.service");
        await right.ProtectAsync(right.Unit);
        await systemd.ShellAsync($"mkdir -p /run/systemd/system/{right.Unit}.service.d; printf '[Service]\nRestart=on-failure\n' >/run/systemd/system/{right.Unit}.service.d/restart.conf; systemctl daemon-reload");
        Assert.Contains(await DoctorAsync(right.ConfigurationFile), diagnosis => diagnosis is { Verdict: "Note", Subject: "right: supervisors" } && diagnosis.Finding.Contains("Restart=on-failure", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_of_a_unit_that_pg_ctl_is_to_control_is_told()
    {
        var cluster = await Cluster.CreateAsync(systemd, "past");
        await systemd.RunAsync("systemctl", "start", cluster.Unit);
        await systemd.ShellAsync($"sed -i 's/\"systemd\"/\"pg_ctl\"/' {cluster.ConfigurationFile}");

        Assert.Contains(await DoctorAsync(cluster.ConfigurationFile), diagnosis =>
            diagnosis is { Verdict: "Note", Subject: "past: supervisors" } && diagnosis.Cure == $"set serviceControl to systemd and service to {cluster.Unit}");
    }

    private async Task<IReadOnlyList<Diagnosis>> DoctorAsync(string file, string? data = null)
    {
        var result = await systemd.TryAsync("/opt/pgw/pgw", ["doctor", "--json", "--config", file, .. data is null ? [] : new[] { "--data", data }]);
        Assert.True(result.ExitCode is 0 or 71, result.Output);
        return JsonSerializer.Deserialize<List<Diagnosis>>(result.Stdout, JsonSerializerOptions.Web)!;
    }

    private sealed record Diagnosis(string Subject, string Verdict, string Finding, string? Cure);
}
