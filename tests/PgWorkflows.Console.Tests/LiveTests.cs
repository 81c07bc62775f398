using Microsoft.Playwright;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>Open pages follow what happens, and say when the server is gone.</summary>
public sealed class LiveTests
{
    [Fact]
    public async Task The_event_log_and_the_first_page_follow_and_say_when_the_server_is_gone()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var server = new TestServer(cluster.Resource);
        await server.AddUserAsync("ann", Role.Viewer);
        await using var browser = await Browser.StartAsync();
        var events = await browser.OpenAsync(server.Address);
        await events.GotoAsync("/events");
        await events.FillAsync("input[name=name]", "ann");
        await events.FillAsync("input[name=password]", TestServer.Password);
        await events.ClickAsync("form.stack button");
        await Expect(events.Locator("h1")).ToHaveTextAsync("Events");
        var first = await events.Context.NewPageAsync();
        var streams = 0;
        first.Request += (_, request) => streams += request.Url.EndsWith("/changes", StringComparison.Ordinal) ? 1 : 0;
        await first.GotoAsync("/");

        // Another process writes: pgw on the same history, not this server.
        await TemporaryCluster.SignalAsync("KILL", cluster.Pid);
        Assert.Equal(1, (await Pgw.RunAsync(null, null, "quickCheck", "main", "--config", server.ConfigurationFile)).ExitCode);
        await Expect(events.Locator("tbody tr").First).ToContainTextAsync("113544");
        await Expect(first.Locator(".card dl .badge").First).ToHaveTextAsync("Failed");
        Assert.Equal(1, streams);

        // Somebody who types is not disturbed.
        await events.FillAsync("input[name=text]", "half a word");
        await events.RunAndWaitForRequestAsync(
            () => Pgw.RunAsync(null, null, "quickCheck", "main", "--config", server.ConfigurationFile), request => request.Headers.ContainsKey("x-live"));
        await Expect(events.Locator("input[name=text]")).ToHaveValueAsync("half a word");

        await Expect(first.Locator("#lost")).ToBeHiddenAsync();
        server.Dispose();
        await Expect(first.Locator("#lost")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await Expect(first.Locator("#lost-since")).ToContainTextAsync(":");
        await Browser.PictureAsync(first, "lost");
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
