using Microsoft.Playwright;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>What each role sees in the browser, and that what it does not see is refused as well when it is forged from the very page.</summary>
public sealed class RolesInBrowserTests
{
    // Forged from a page of the server, with the session's cookie and the page's own antiforgery token: role, request, least role.
    private static readonly (string What, string Method, string Path, Role Least)[] Forged =
    [
        ("an action", "FORM", "/resources/main/actions/remove", Role.Operator),
        ("an action by the API", "POST", "/api/resources/main/actions/remove", Role.Operator),
        ("a state", "PUT", "/api/resources/main/state", Role.Operator),
        ("a run from Studio", "POST", "/elsa/api/workflow-definitions/remove/execute", Role.Operator),
        ("a definition", "POST", "/elsa/api/workflow-definitions", Role.Author),
        ("publishing", "POST", "/elsa/api/workflow-definitions/remove/publish", Role.Author),
        ("going back to the shipped version", "POST", "/api/definitions/remove/reset", Role.Author),
        ("a user", "FORM", "/users", Role.Admin),
        ("a key", "FORM", "/keys", Role.Admin),
        ("deleted history", "DELETE", "/elsa/api/workflow-instances/none", Role.Admin),
    ];

    [Theory, InlineData(nameof(Role.Viewer)), InlineData(nameof(Role.Operator)), InlineData(nameof(Role.Author))]
    public async Task A_role_sees_what_it_may_do_and_forging_the_rest_is_refused(string roleName)
    {
        var role = Enum.Parse<Role>(roleName);
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var server = new TestServer(cluster.Resource);
        await server.AddUserAsync("ann", role);
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(server.Address);
        await page.GotoAsync("/");
        await page.FillAsync("input[name=name]", "ann");
        await page.FillAsync("input[name=password]", TestServer.Password);
        await page.ClickAsync("form.stack button");
        await Assertions.Expect(page.Locator("nav")).ToBeVisibleAsync();

        Assert.Equal(role >= Role.Operator ? 5 : 0, await page.Locator(".actions a.button").CountAsync());
        foreach (var admins in new[] { "/users", "/keys", "/audit" })
        {
            Assert.Equal(0, await page.Locator($"nav a[href='{admins}']").CountAsync());
            Assert.Equal(403, (await page.GotoAsync(admins))!.Status);
        }

        await Browser.PictureAsync(page, $"refused-{role}");
        await page.GotoAsync("/");
        await Browser.PictureAsync(page, $"role-{role}");
        foreach (var (what, method, path, least) in Forged.Where(forged => forged.Least > role))
            Assert.True(await ForgeAsync(page, method, path) == 403, $"{what} was not refused to the {role}: {method} {path} ({least})");

        // Nothing has happened by it.
        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());
        await page.GotoAsync("/runs");
        Assert.Equal(0, await page.Locator("tbody tr", new() { HasText = "remove" }).CountAsync());
    }

    private static Task<int> ForgeAsync(IPage page, string method, string path) => page.EvaluateAsync<int>(
        """
        async ([method, path]) => {
            const token = document.querySelector('input[name=antiforgery]').value;
            const form = method === 'FORM';
            const answer = await fetch(path, {
                method: form ? 'POST' : method,
                headers: form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : { 'Content-Type': 'application/json' },
                body: form ? new URLSearchParams({ antiforgery: token, name: 'eve', role: 'Admin', days: '1' }) : method === 'DELETE' ? undefined : '{"state":"ISU","publish":true,"input":{"Resource":"main"}}',
            });
            return answer.status;
        }
        """, new[] { method, path });
}
