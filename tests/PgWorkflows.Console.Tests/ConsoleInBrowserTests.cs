using Microsoft.Playwright;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>The console as an operator uses it, on a real PostgreSQL, in a real browser.</summary>
public sealed class ConsoleInBrowserTests
{
    [Theory, InlineData("en", false), InlineData("ja", true)]
    public async Task An_operator_sees_a_killed_server_fail_and_recovers_it(string language, bool isPhone)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var server = new TestServer(cluster.Resource);
        await server.AddUserAsync("ann", Role.Operator);
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(server.Address, language, isPhone);
        var name = $"{language}-{(isPhone ? "phone" : "desk")}";

        await page.GotoAsync("/");
        await Browser.PictureAsync(page, $"{name}-1-sign-in");
        await SignInAsync(page, "ann");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
        await Expect(page.Locator(".card .badge").First).ToHaveTextAsync("ISP");

        await RunAsync(page, "quickCheck");
        await Expect(page.Locator("h1 .badge")).ToHaveTextAsync("Succeeded");

        // Another window stays on the first page and is not touched: what changes there comes by itself.
        var watching = await page.Context.NewPageAsync();
        await watching.GotoAsync("/");
        await Expect(watching.Locator(".card dl .badge").First).ToHaveTextAsync("Succeeded");
        await TemporaryCluster.SignalAsync("KILL", cluster.Pid);
        await RunAsync(page, "quickCheck");
        await Expect(page.Locator("h1 .badge")).ToHaveTextAsync("Failed");
        await Expect(page.Locator("main")).ToContainTextAsync("113544");
        await Expect(page.Locator(".steps li.failed").First).ToBeVisibleAsync();
        await Expect(watching.Locator(".card dl .badge").First).ToHaveTextAsync("Failed");
        await Browser.PictureAsync(page, $"{name}-2-failed-run");
        await Browser.PictureAsync(watching, $"{name}-3-resources");

        await page.GotoAsync("/");
        await page.ClickAsync("#do-recover-main");
        await Browser.PictureAsync(page, $"{name}-4-confirmation");
        await page.ClickAsync("#confirm");
        await Expect(page.Locator("h1 .badge")).ToHaveTextAsync("Succeeded");
        await Expect(page.Locator("main")).ToContainTextAsync("113580");
        await Expect(watching.Locator(".card h2 .badge")).ToHaveTextAsync("ISP");
        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());
        await Browser.PictureAsync(page, $"{name}-5-recovered");

        foreach (var (path, picture) in new[] { ("/resources/main", "6-resource"), ("/runs", "7-runs"), ("/events?text=quickchk", "8-events"), ("/account", "9-account") })
        {
            await page.GotoAsync(path);
            await Browser.PictureAsync(page, $"{name}-{picture}");
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), $"{path} is wider than the window");
        }

        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task An_admin_manages_users_and_keys_and_a_viewer_may_not()
    {
        using var server = new TestServer();
        await server.AddUserAsync("root", Role.Admin);
        await server.AddUserAsync("vera", Role.Viewer);
        await using var browser = await Browser.StartAsync();
        var admin = await browser.OpenAsync(server.Address, scheme: ColorScheme.Dark);
        await admin.GotoAsync("/users");
        await SignInAsync(admin, "root");
        await Expect(admin).ToHaveURLAsync(new Uri(server.Address, "/users").ToString());
        await admin.FillAsync("form.stack input[name=name]", "otto");
        await admin.ClickAsync("form.stack button");
        await Expect(admin.Locator(".secret")).ToContainTextAsync("otto");
        await Browser.PictureAsync(admin, "en-dark-users");
        await admin.GotoAsync("/keys");
        await admin.FillAsync("form.stack input[name=name]", "nightly <b>check</b>");
        await admin.ClickAsync("form.stack button");
        await Expect(admin.Locator(".secret")).ToContainTextAsync("pgw_");
        await Browser.PictureAsync(admin, "en-dark-keys");
        await admin.GotoAsync("/audit");
        await Expect(admin.Locator("tbody")).ToContainTextAsync("key-made");
        await Browser.PictureAsync(admin, "en-dark-audit");
        Assert.Empty(browser.Complaints);

        var viewer = await browser.OpenAsync(server.Address);
        await viewer.GotoAsync("/");
        await SignInAsync(viewer, "vera");
        await Expect(viewer.Locator("nav")).Not.ToContainTextAsync("Users");
        var refused = await viewer.GotoAsync("/users");
        Assert.Equal(403, refused?.Status);
        await Browser.PictureAsync(viewer, "en-refused");
    }

    [Fact]
    public async Task The_keyboard_and_the_language_switch_suffice()
    {
        using var server = new TestServer();
        await server.AddUserAsync("ann", Role.Viewer);
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(server.Address);
        await page.GotoAsync("/sign-in");
        await page.Keyboard.TypeAsync("ann");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(TestServer.Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Resources");

        await page.GetByText("日本語").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("リソース");
        await page.GetByText("English").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Resources");
        await page.GetByText("Sign out").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(server.Address, "/sign-in").ToString());
        Assert.Empty(browser.Complaints);
    }

    private static async Task SignInAsync(IPage page, string name)
    {
        await page.FillAsync("input[name=name]", name);
        await page.FillAsync("input[name=password]", TestServer.Password);
        await page.ClickAsync("form.stack button");
        await Expect(page.Locator("nav")).ToBeVisibleAsync();
    }

    private static async Task RunAsync(IPage page, string action)
    {
        await page.GotoAsync("/");
        await page.ClickAsync($"#do-{action}-main");
        await page.ClickAsync("#confirm");
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private static IPageAssertions Expect(IPage page) => Assertions.Expect(page);
}
