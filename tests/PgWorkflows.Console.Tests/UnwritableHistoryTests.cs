using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Hosting.Service;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>The server over a history that cannot be written: it answers, begins nothing, says so, and goes on by itself.</summary>
public sealed class UnwritableHistoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_a_full_disk_it_answers_and_begins_nothing_until_there_is_space()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await using var disk = await SmallDisk.MountAsync(24);
        using var server = new TestServer(Path.Combine(disk.Folder, "data"), cluster.Resource);
        using var ann = await server.UserClientAsync("ann", Role.Operator);
        using var script = await server.KeyClientAsync(Role.Operator);
        using var stranger = server.Client();
        Assert.Equal(HttpStatusCode.OK, (await script.PostAsync("/api/resources/main/actions/quickCheck", null, Token)).StatusCode);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await HealthAsync(stranger));

        disk.Fill();
        using var refused = await script.PostAsync("/api/resources/main/actions/remove", null, Token);
        using var again = await script.PostAsync("/api/resources/main/actions/recover", null, Token);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (refused.StatusCode, again.StatusCode));
        Assert.Contains("Make space on the disk", await again.Content.ReadAsStringAsync(Token));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "history-unwritable\n"), await HealthAsync(stranger));
        var actions = await ActionsAsync(script);
        Assert.Contains("quickCheck", actions);
        Assert.DoesNotContain(actions, action => action is "remove" or "recover"); // Checks of the timer may have come before.
        using (var liveness = new Liveness(server.Services.GetRequiredService<IServer>(), server.Services.GetRequiredService<Installation>()))
            Assert.Null(await liveness.CheckAsync(Token)); // No watchdog restarts it for that.
        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());

        // Who comes to look may come in, and sees why; who is not signed in learns only that.
        var page = await ann.GetStringAsync("/resources/main", Token);
        Assert.Contains("id=\"history-trouble\"", page);
        Assert.Contains("Make space on the disk of the data folder.", page);
        Assert.Contains("database or disk is full", page);
        using var live = new HttpRequestMessage(HttpMethod.Get, "/");
        live.Headers.Add("X-Live", "1");
        Assert.Contains("id=\"history-trouble\"", await (await ann.SendAsync(live, Token)).Content.ReadAsStringAsync(Token));
        var door = await stranger.GetStringAsync("/sign-in", Token);
        Assert.Contains("id=\"history-trouble\"", door);
        Assert.DoesNotContain("disk", door);
        using var form = await TestServer.PostAsync(ann, "/resources/main/actions/remove", "/resources/main/actions/remove");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, form.StatusCode);
        using var newcomer = server.Client();
        using var signedIn = await TestServer.PostAsync(newcomer, "/sign-in", "/sign-in", ("name", "ann"), ("password", TestServer.Password));
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);

        disk.Free();
        await UntilAsync(async () => (await HealthAsync(stranger)).Status == HttpStatusCode.OK);
        Assert.DoesNotContain("history-trouble", await ann.GetStringAsync("/", Token));
        Assert.Equal(HttpStatusCode.OK, (await script.PostAsync("/api/resources/main/actions/quickCheck", null, Token)).StatusCode);
        Assert.Null(server.Services.GetRequiredService<Installation>().Database.CheckIntegrity());
    }

    [Fact]
    public async Task When_files_may_not_grow_the_checks_pause_with_one_line_in_the_log_and_go_on_by_themselves()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var folder = Directory.CreateTempSubdirectory("pgw-unwritable-tests-").FullName;
        var file = Path.Combine(folder, "pgw.json");
        var resource = cluster.Resource;
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["PgWorkflows"] = new JsonObject
            {
                ["Data"] = Path.Combine(folder, "data"),
                ["Resources"] = new JsonArray(new JsonObject
                {
                    ["name"] = "main", ["serviceControl"] = "pg_ctl", ["dataDirectory"] = resource.DataDirectory, ["binDirectory"] = resource.BinDirectory,
                    ["port"] = resource.Port, ["initialState"] = "ISP", ["quickCheckInterval"] = "00:00:01", ["osUser"] = resource.OsUser,
                }),
            },
        }.ToJsonString(), Token);

        // The limit's signal is ignored, so that a write that would exceed it fails as on a disk with a quota.
        var info = new ProcessStartInfo("/bin/bash", ["-c", "trap '' XFSZ; exec \"$@\"", "bash", ServeTests.Pgw, "serve", "--config", file, "--listen", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
#pragma warning disable RS0030 // The program under test is started as its users start it.
        using var process = Process.Start(info)!;
#pragma warning restore RS0030
        try
        {
            var log = new Log(process);
            await UntilAsync(() => Task.FromResult(log.Address is not null));
            using var stranger = new HttpClient { BaseAddress = log.Address };
            await UntilAsync(async () => await ChecksAsync(file) >= 2);

            await LimitAsync(process.Id, "4096");
            await UntilAsync(async () => (await HealthAsync(stranger)).Status == HttpStatusCode.ServiceUnavailable);
            var checks = await ChecksAsync(file);
            await Task.Delay(TimeSpan.FromSeconds(6), TimeProvider.System, Token); // Six checks would have been due, and it has tried to write three times.

            Assert.Equal(checks, await ChecksAsync(file));
            Assert.Equal(1, log.Count("cannot be written"));
            Assert.Equal(1, log.Count("crit:") + log.Count("fail:"));
            await LimitAsync(process.Id, "unlimited");
            await UntilAsync(async () => await ChecksAsync(file) > checks + 2);
            Assert.Equal((HttpStatusCode.OK, "ok\n"), await HealthAsync(stranger));
            Assert.Equal(1, log.Count("can be written again"));
            var doctor = await Pgw.RunAsync(null, null, "doctor", "--config", file, "--json");
            Assert.DoesNotContain("malformed", doctor.Stdout);
            Assert.DoesNotContain("\"result\": null", (await Pgw.RunAsync(null, null, "history", "main", "--last", "100", "--config", file, "--json")).Stdout.Split("\"quickCheck\"")[^1]);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(HttpStatusCode Status, string Word)> HealthAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/health", Token);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    private static async Task<IReadOnlyList<string?>> ActionsAsync(HttpClient client) =>
        [.. JsonNode.Parse(await client.GetStringAsync("/api/runs?last=1000", Token))!.AsArray().Select(run => run!["action"]?.GetValue<string>())];

    /// <summary>How many checks of the timer are in the history, as another process reads it.</summary>
    private static async Task<int> ChecksAsync(string file) =>
        JsonNode.Parse((await Pgw.RunAsync(null, null, "history", "main", "--last", "1000", "--config", file, "--json")).Stdout)!.AsArray().Count(run => run!["finishedAt"] is not null);

    private static Task LimitAsync(int process, string bytes) => new CommandRunner(TimeProvider.System).RunAsync(
        new("/usr/bin/prlimit", "--pid", process.ToString(CultureInfo.InvariantCulture), $"--fsize={bytes}:unlimited"), Token);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token))
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "It has not come to that within a minute.");
    }

    /// <summary>What the server writes.</summary>
    private sealed class Log
    {
        private readonly List<string> _lines = [];

        public Log(Process process)
        {
            process.OutputDataReceived += (_, line) => Read(line.Data ?? "");
            process.ErrorDataReceived += (_, line) => Read(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public Uri? Address { get; private set; }

        public int Count(string text)
        {
            lock (_lines)
                return _lines.Count(line => line.Contains(text, StringComparison.Ordinal));
        }

        private void Read(string line)
        {
            const string Listening = "Now listening on: ";
            lock (_lines)
                _lines.Add(line);
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
                Address = new Uri(line[(at + Listening.Length)..].Trim());
        }
    }
}
